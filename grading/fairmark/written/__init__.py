"""Written answers: read beside their rubric, marked by people, marked twice where wished, and settled.

``rubric`` says which points there are; ``marks`` writes them, and reads them back from the log; ``answers`` lists what
is to be marked; ``agreement`` compares two markings. There are two ways to fill the rubric in: ``desk``, which ``page``
serves to a browser, and ``forms``.
"""
