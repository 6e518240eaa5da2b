"""Notify's pages for staff: whom to call, and what to say."""
