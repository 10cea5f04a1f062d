"""Find contributions by an address, a name, an amount or any id, and payments that failed."""
