"""How requests are read and answered: whole bodies, lanes of threads, and the back office."""
