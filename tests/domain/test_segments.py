"""What a text costs, at every border that Twilio charges for."""

import pytest

from bot.domain.segments import Encoding, cost, not_gsm7

GSM, UCS = Encoding.GSM7, Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "encoding", "units", "segments"),
    [
        ("", GSM, 0, 0),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        # An escape pair is not cut: 152 septets and a € do not share the first 153.
        ("a" * 152 + "€" + "a" * 152, GSM, 306, 3),
        ("á" * 70, UCS, 70, 1),
        ("á" * 71, UCS, 71, 2),
        ("á" * 134, UCS, 134, 2),
        ("á" * 135, UCS, 135, 3),
        ("😀" * 35, UCS, 70, 1),
        # 33 emoji fill 66 of 67 units; the 34th is not split in the middle of its pair.
        ("😀" * 67, UCS, 134, 3),
        ("`", UCS, 1, 1),
        ("ñ¿¡üàèìòù", GSM, 9, 1),
        ("\r\n", GSM, 2, 1),
        ("👩‍👩‍👧" * 9, UCS, 72, 2),
    ],
)
def test_a_text_costs_what_the_carrier_charges(text, encoding, units, segments):
    paid = cost(text)
    assert (paid.encoding, paid.units, paid.segments) == (encoding, units, segments)


def test_a_cluster_longer_than_a_segment_is_cut_after_all():
    assert cost("a" + "\u0301" * 200).segments == 3


def test_the_characters_that_double_the_price_are_named():
    assert not_gsm7("más a mí") == ["á", "í"]
