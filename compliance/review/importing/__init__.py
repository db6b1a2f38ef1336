"""Lists of organisations, as others publish them, to register and entity files.

Theory: a list is evidence and our files hold work. So a new copy only ever adds: entries, names, claims. What
people wrote stays; what is gone from the copy is doubted and not deleted; what cannot be read, or is no
organisation, is handed back with its reason. Two names mean one organisation if they are the same but for
letter case, quotation marks, accents and the legal form. What is merely alike is a question for a person.

Reading goes `rows` (`csv_rows`, `json_rows`, `ftm`) -> `names` -> `match` -> `plan`, and nothing touches a file.
"""
