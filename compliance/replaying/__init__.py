"""What the log says was decided, decided once more from the log alone.

Theory: a table names the facts of a page, the days, and the rule set, whose files are kept beside the log. So whoever
has the directory of the evidence decides again, and compares outcome by outcome: nobody has to believe the service.
What cannot be decided again is a finding, like what comes out otherwise. Tables are taken rule set by rule set, each
loaded once in every process; what is alike in all that goes into it is decided once. Nothing is written.
"""
