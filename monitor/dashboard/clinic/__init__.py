"""The clinic's rates: what is told of many sessions together, with how sure it is."""
