"""Recipes and the fits that follow them."""
