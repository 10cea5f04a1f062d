"""Standing rules of an organisation: where movements of a category go from now on."""
