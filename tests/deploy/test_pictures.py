"""Each picture of the documentation is shown by a document, or a document links to it."""

from django.conf import settings


def test_a_document_refers_to_each_picture() -> None:
    documents = [settings.ROOT / "README.md", *(settings.ROOT / "docs").rglob("*.md")]
    texts = "\n".join(document.read_text() for document in documents)
    pictures = sorted(picture.name for picture in (settings.ROOT / "docs" / "images").iterdir())

    assert pictures
    assert [name for name in pictures if f"images/{name}" not in texts] == []
