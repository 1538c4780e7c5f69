"""The alarm rehearsal: limits changed on trial, and the alarms that stored sessions would have had."""
