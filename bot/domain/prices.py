"""What a text costs, for showing only. Twilio's list prices for the United States, without carrier fees or taxes.

Source: twilio.com/en-us/sms/pricing/us and twilio.com/en-us/whatsapp/pricing, read as of 2025: check yours.
"""

from decimal import Decimal

from bot.domain.messages import Channel

# US dollars: an SMS pays for each segment, a WhatsApp text (inside the 24-hour window) for the message.
PER_SMS_SEGMENT = Decimal("0.0083")
PER_WHATSAPP_TEXT = Decimal("0.005")


def price(channel: Channel, segments: int) -> Decimal:
    """List price in US dollars."""
    return PER_SMS_SEGMENT * segments if channel is Channel.SMS else PER_WHATSAPP_TEXT
