"""The official metric of each benchmark."""
