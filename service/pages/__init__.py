"""The pages a reader sees from us: the ask without JavaScript, the thank-you, what is held. Templates, look, words."""
