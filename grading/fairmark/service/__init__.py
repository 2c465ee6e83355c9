"""The marking service: a JupyterHub service that answers students' checks, and alone holds the bank.

It knows who asks from the Hub alone, writes every attempt down before it answers it, and tells only what the
assignment's mode allows. ``course/instructor/service.md`` says what is set where.
"""
