"""Reads the facts of QEMU's interfaces and writes them as the JSON files of schemas/."""
