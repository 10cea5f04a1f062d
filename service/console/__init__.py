"""The staff console: pages on which editors and finance do their work in a browser, with a folder for each screen."""
