import re


def test_no_line_of_a_page_is_sent_with_its_indent(client, lancaster):
    for address in ("/", "/faq/", "/meetings/", lancaster.get_absolute_url()):
        assert not re.search(r"^[ \t]", client.get(address).content.decode(), re.MULTILINE), address
