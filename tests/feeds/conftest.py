"""Lets the tests of this folder import what makes their messages."""
