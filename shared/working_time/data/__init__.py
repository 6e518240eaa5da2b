"""One file a year: the State Council's notice on that year's holidays, paragraph by paragraph, with its amendments.

Read by ``published()`` only. A new year's file has the form of ``YearData``, which refuses one that makes no sense.
"""
