"""Traces told in words: by a template, or by a language model that may only rephrase what the template says."""
