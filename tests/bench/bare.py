"""The peer: Flask with one route that answers a fixed TwiML. What the framework and the server cost by themselves."""

from flask import Flask, Response

app = Flask("bare")


@app.post("/webhooks/twilio/inbound")
def _inbound() -> Response:
    return Response("<Response><Message><Body>Hello</Body></Message></Response>", mimetype="text/xml")
