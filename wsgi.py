"""The entrance for servers: `gunicorn wsgi:app`, and `python wsgi.py` for one process with web and scheduler."""

from app import create_app

app = create_app()
