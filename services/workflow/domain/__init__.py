"""The regulation (枣政管办〔2020〕2号) as tables that run, and the two functions that run them.

``decide(case, command, actor, now, calendar, hours, facts)`` reads the tables and answers with events or a refusal;
``evolve(case, event)`` folds events into the case and reads no table, so that a case stays as it was judged.

===============  =====================================================================================
``acts``         what can be asked of a case: command names, Chinese labels, articles
``roles``        who there is, and who may ask what
``states``       where a case can stand
``transitions``  from state, act, guards, to state, event, who holds it then
``guards``       what must hold beside the state, each rule with its article and its words
``limits``       what is counted, from when, how many working days, who is bound
``grounds``      the five grounds of art. 10
``sanctions``    what may follow a proven fault (art. 19)
``articles``     the rows of the regulation that the tests must prove
===============  =====================================================================================

Around them: ``commands`` and ``events`` (the values), ``case`` (the fold), ``clocks`` and ``deadlines`` (time),
``registration`` (how a case begins), ``publish`` (what the other services are told), ``timeline`` (the hash chain),
``printed`` (diagram and tables for the documents).

Nothing here reads a clock, a setting, a file or a database; ``now`` is always passed in.
"""
