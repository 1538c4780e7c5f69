"""Notices that leave the house: to people who are not in front of a screen, over whatever Apprise can reach."""
