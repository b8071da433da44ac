"""Comparisons with Hugging Face transformers, outside CI: torch alone is several GB."""
