"""The Messaging API as the product calls it, both hosts on one origin."""
