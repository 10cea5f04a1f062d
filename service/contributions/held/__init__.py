"""What is stored about a contributor: to show it, to hand it over, and to say what erasing leaves."""
