"""The base of every page and every HTTP answer: look, languages, headers, form protection, problems, live notices.

Owned by nobody's rules: what a complaint, a case or a document is stays in the services. Each service brings its own
``web`` folder (``templates/`` and ``locale/``) and is given the frame from here.
"""
