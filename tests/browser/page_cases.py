"""Pages, and the facts that the widget must send about them: the definition in docs/embed.md, case by case."""

import json
from typing import Any

PLACE = '<article><keep-open placement="article_top"></keep-open><p>Text.</p></article>'
PUBLISHED = '<meta property="article:published_time" content="2026-11-30T08:00:00+00:00">'


def data(*items: Any) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(item)}</script>' for item in items)


def graph(*items: Any) -> str:
    return data({"@context": "https://schema.org", "@graph": list(items)})


def meta(**values: str) -> str:
    return "".join(f'<meta property="{name.replace("__", ":")}" content="{value}">' for name, value in values.items())


def classes(names: str) -> str:
    """A script that gives the body the classes a system writes there."""
    return f"<script>document.body.className = '{names}'</script>"


NEWS = {"@type": "NewsArticle"}
OTHER_NEWS = {"@type": "NewsArticle", "url": "https://news.example/another", "articleSection": "Sport"}
OG_ARTICLE = meta(og__type="article")
TRAIL = {
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Home", "item": "/"},
        {"@type": "ListItem", "position": 2, "item": {"@id": "/politics", "name": "Politics"}},
        {"@type": "ListItem", "position": 3, "name": "Council"},
        {"@type": "ListItem", "position": 4, "name": "The story"},
    ],
}

# Name of the case: address, head, body, what is sent. `gate` says whether a gate may be shown.
Case = tuple[str, str, str, dict[str, Any]]
TYPES: dict[str, Case] = {
    "a news article": ("/story", data(NEWS), "", {"page_type": "article", "gate": True}),
    "an article of another kind": ("/story", data({"@type": "OpinionNewsArticle"}), "", {"page_type": "article"}),
    "a blog posting": ("/story", data({"@type": ["BlogPosting", "Thing"]}), "", {"page_type": "article"}),
    "a type with its address": ("/story", data({"@type": "https://schema.org/Article"}), "", {"page_type": "article"}),
    "a report": ("/story", data({"@type": "Report"}), "", {"page_type": "article"}),
    "a live blog": ("/live", data({"@type": "LiveBlogPosting"}), "", {"page_type": "liveblog", "gate": True}),
    "an article in a graph": ("/story", graph({"@type": "WebPage"}, NEWS), "", {"page_type": "article"}),
    "an article in a graph in a list": (
        "/story",
        data([{"@graph": [[{"@graph": [NEWS]}]]}]),
        "",
        {"page_type": "article"},
    ),
    "an article as the main entity": (
        "/story",
        data({"@type": "WebPage", "mainEntity": NEWS}),
        "",
        {"page_type": "article"},
    ),
    "an article after broken data": (
        "/story",
        '<script type="application/ld+json">{"@type": </script>' + data(NEWS),
        "",
        {"page_type": "article"},
    ),
    "an article and Open Graph agree": ("/story", data(NEWS) + OG_ARTICLE, "", {"page_type": "article"}),
    "Open Graph alone, with a day": ("/story", OG_ARTICLE + PUBLISHED, "", {"page_type": "article"}),
    "Open Graph alone, without a day": ("/about-the-bay", OG_ARTICLE, "", {"page_type": "other", "gate": False}),
    "a place and nothing else": ("/story", "", PLACE, {"page_type": "article"}),
    "a place beside Open Graph for an article": ("/story", OG_ARTICLE, PLACE, {"page_type": "article"}),
    "a place on a page of another kind": ("/story", meta(og__type="website"), PLACE, {"page_type": "other"}),
    "an article that Open Graph calls a page": (
        "/colophon",
        data({"@type": "Article"}) + meta(og__type="website"),
        "",
        {"page_type": "other", "gate": False},
    ),
    "a category that calls itself an article": (
        "/category/news",
        OG_ARTICLE + PUBLISHED + graph({"@type": "CollectionPage"}),
        "",
        {"page_type": "section", "gate": False},
    ),
    "a list of articles": (
        "/category/news",
        graph({"@type": "CollectionPage"}, OTHER_NEWS, {**OTHER_NEWS, "url": "https://news.example/third"}),
        "",
        {"page_type": "section"},
    ),
    "a search": ("/find", OG_ARTICLE + data({"@type": "SearchResultsPage"}), "", {"page_type": "other"}),
    "an author": ("/people/mary", OG_ARTICLE + graph({"@type": "ProfilePage"}), "", {"page_type": "other"}),
    "a profile by Open Graph": ("/people/mary", meta(og__type="profile") + data(NEWS), "", {"page_type": "other"}),
    "about": ("/who-we-are", data(NEWS, {"@type": "AboutPage"}), "", {"page_type": "other", "gate": False}),
    "contact": ("/reach", data({"@type": ["WebPage", "ContactPage"]}, NEWS), "", {"page_type": "other"}),
    "a question block in an article": (
        "/story",
        graph({"@type": ["WebPage", "FAQPage"]}, NEWS),
        "",
        {"page_type": "article"},
    ),
    "a job": ("/jobs/editor", data({"@type": "JobPosting"}), "", {"page_type": "other"}),
    "the discussion below an article": (
        "/story",
        data({**NEWS, "articleSection": "Obituaries"}, {"@type": "DiscussionForumPosting", "articleSection": "Forum"}),
        "",
        {"page_type": "article", "section": "obituaries"},
    ),
    "the front": (
        "/",
        data({"@type": "WebSite"}) + meta(og__type="website"),
        "",
        {"page_type": "front", "page_id": "/"},
    ),
    "the front that calls itself an article": ("/", OG_ARTICLE + PUBLISHED, PLACE, {"page_type": "front"}),
    "the front from a newsletter": ("/?utm_source=mail&fbclid=1", "", "", {"page_type": "front", "page_id": "/"}),
    "a search at the front": ("/?s=tides", OG_ARTICLE, "", {"page_type": "other", "gate": False}),
    "a category of plain permalinks": ("/?cat=3", OG_ARTICLE + PUBLISHED, "", {"page_type": "other"}),
    "a post of plain permalinks": ("/?p=5", data(NEWS), "", {"page_type": "article", "page_id": "/?p=5"}),
    "nothing at all": ("/page", "", "", {"page_type": "other", "gate": False}),
    "a static page of WordPress": (
        "/who",
        graph({"@type": "Article"}) + OG_ARTICLE + PUBLISHED,
        classes("page-template-default page page-id-7"),
        {"page_type": "other", "gate": False},
    ),
    "a post of WordPress": (
        "/story",
        graph(NEWS) + OG_ARTICLE + PUBLISHED,
        classes("post-template-default single single-post postid-7"),
        {"page_type": "article"},
    ),
    "an attachment of WordPress": (
        "/story/harbour",
        OG_ARTICLE + PUBLISHED,
        classes("attachment attachmentid-9 single"),
        {"page_type": "other"},
    ),
    "an archive of WordPress": (
        "/tag/tides",
        data(NEWS),
        classes("archive tag tag-tides tag-4"),
        {"page_type": "section"},
    ),
    "a static page of Ghost": (
        "/who",
        data({"@type": "Article"}),
        classes("page-template page-who"),
        {"page_type": "other"},
    ),
    "a post of Ghost": (
        "/story",
        data({"@type": "Article"}) + OG_ARTICLE,
        classes("post-template tag-news"),
        {"page_type": "article"},
    ),
    "the privacy page": ("/privacy-policy", data(NEWS) + OG_ARTICLE, PLACE, {"page_type": "other", "gate": False}),
    "the contact page": ("/en/contact-us/", data(NEWS), PLACE, {"page_type": "other", "gate": False}),
    "the subscribe page": ("/subscribe", data(NEWS), PLACE, {"page_type": "other", "gate": False}),
    "the imprint": ("/impressum.html", data(NEWS), PLACE, {"page_type": "other", "gate": False}),
    "the terms": ("/terms-and-conditions", data(NEWS), PLACE, {"page_type": "other", "gate": False}),
    "the sign-in page of the site": ("/door", data(NEWS), "", {"page_type": "other", "gate": False}),
    "a privacy page with a link to itself": (
        "/priobhaideachas",
        data(NEWS),
        '<a rel="privacy-policy" href="/priobhaideachas/">Privacy</a>',
        {"page_type": "other", "gate": False},
    ),
    "a story about privacy": ("/news/privacy-fears-grow", data(NEWS), PLACE, {"page_type": "article", "gate": True}),
    "a privacy page that is called an article": (
        "/privacy",
        '<meta name="keepopen:page_type" content="article">',
        "",
        {"page_type": "article", "gate": False},
    ),
    "a section that says so": (
        "/x",
        '<meta name="keepopen:page_type" content="section">' + data(NEWS),
        "",
        {"page_type": "section", "gate": True},
    ),
    "a type that does not exist": ("/x", '<meta name="keepopen:page_type" content="post">', "", {"page_type": "other"}),
}
ADDRESSES: dict[str, Case] = {
    "data of this page and of another": ("/story", data(OTHER_NEWS, NEWS, OTHER_NEWS), "", {"section": None}),
    "data that name this page by url": (
        "/story",
        data(OTHER_NEWS, {**NEWS, "url": "https://www.news.example/story/#top", "articleSection": "News"}),
        "",
        {"page_type": "article", "section": "news"},
    ),
    "data that name this page by id": (
        "/story",
        data({**NEWS, "@id": "#article", "articleSection": "News"}, OTHER_NEWS),
        "",
        {"section": "news"},
    ),
    "data that name this page as its main entity": (
        "/story",
        data({**NEWS, "mainEntityOfPage": {"@type": "WebPage", "@id": "/story/"}, "articleSection": "News"}),
        "",
        {"section": "news"},
    ),
    "data that name the canonical address": (
        "/story-a1b2",
        '<link rel="canonical" href="https://news.example/story">'
        + data({**NEWS, "url": "https://news.example/story", "articleSection": "News"}),
        "",
        {"page_type": "article", "section": "news", "page_id": "/story-a1b2"},
    ),
    "data of another page alone": ("/list", data(OTHER_NEWS), "", {"page_type": "other", "section": None}),
    "an id that is no address": (
        "/story",
        data({**NEWS, "@id": "55123", "articleSection": "News"}),
        "",
        {"section": "news"},
    ),
    "data of another plain permalink": (
        "/?p=5",
        data({**NEWS, "url": "/?p=6", "articleSection": "Sport"}, {**NEWS, "url": "/?p=5", "articleSection": "News"}),
        "",
        {"section": "news"},
    ),
}
NAMES: dict[str, Case] = {
    "all sections": (
        "/story",
        data({**NEWS, "articleSection": ["News", "Obituaries"]}),
        "",
        {"section": "news", "tags": {"obituaries"}},
    ),
    "sections in one text": (
        "/story",
        data({**NEWS, "articleSection": "News,Obituaries"}),
        "",
        {"tags": {"news", "obituaries"}},
    ),
    "a section with a comma": (
        "/story",
        data({**NEWS, "articleSection": "Arts, Culture"}),
        "",
        {"section": "arts, culture", "tags": {"arts", "culture"}},
    ),
    "sections of Open Graph": (
        "/story",
        data(NEWS) + meta(article__section="News") + meta(article__section="Obituaries"),
        "",
        {"section": "news", "tags": {"obituaries"}},
    ),
    "sections told by the page": (
        "/story",
        data({**NEWS, "articleSection": "Sport"})
        + meta(keepopen__section="News")
        + meta(keepopen__section="Obituaries"),
        "",
        {"section": "news", "tags": {"obituaries"}},
    ),
    "parents of a section": (
        "/story",
        graph({**NEWS, "articleSection": "Council"}, TRAIL),
        "",
        {"section": "council", "tags": {"politics"}},
    ),
    "an entity": (
        "/story",
        data({**NEWS, "articleSection": "Obituaries &amp; Notices", "keywords": ["O&#8217;Brien", "Caf&#xe9;"]}),
        "",
        {"section": "obituaries & notices", "tags": {"o’brien", "café"}},
    ),
    "an entity beyond every character": (
        "/story",
        data({**NEWS, "keywords": ["a &#x1fffff; b"]}),
        "",
        {"tags": {"a b"}},
    ),
    "decomposed letters": ("/story", data({**NEWS, "articleSection": "Cultu\u0301r"}), "", {"section": "cult\u00far"}),
    "tags in one text": ("/story", data({**NEWS, "keywords": "harbour, tides"}), "", {"tags": {"harbour", "tides"}}),
    "a tag with a comma in a list": (
        "/story",
        data({**NEWS, "keywords": ["O'Brien, Mary", "Tides"]}),
        "",
        {"tags": {"o'brien, mary", "tides"}},
    ),
    "a tag with a comma as a term": (
        "/story",
        data({**NEWS, "keywords": {"@type": "DefinedTerm", "name": "O'Brien, Mary"}}),
        "",
        {"tags": {"o'brien, mary"}},
    ),
    "a tag with a comma among metas": (
        "/story",
        data(NEWS) + meta(article__tag="O'Brien, Mary") + meta(article__tag="Tides"),
        "",
        {"tags": {"o'brien, mary", "tides"}},
    ),
    "tags told by the page": (
        "/story",
        data({**NEWS, "keywords": "sport"}) + meta(keepopen__tags="harbour, tides"),
        "",
        {"tags": {"harbour", "tides"}},
    ),
    "half a character": ("/story", data({**NEWS, "keywords": ["\ud83c broken"]}), "", {"tags": {"broken"}}),
}
SHORTLINK = '<link rel="shortlink" href="/?p=9">'
PAGES: dict[str, Case] = {
    "a plain address": ("/news/story", "", "", {"page_id": "/news/story"}),
    "tracking": ("/story?utm_source=mail&gclid=7&ref=x#comments", "", "", {"page_id": "/story"}),
    "a slash at the end": ("/story/", "", "", {"page_id": "/story"}),
    "an anchor": ("/story#part-two", "", "", {"page_id": "/story"}),
    "an interface in the fragment": ("/story#/portal/signup", "", "", {"page_id": "/story"}),
    "a gallery": ("/story?photo=3", "", "", {"page_id": "/story"}),
    "a plain permalink": ("/?p=5&utm_source=x", "", "", {"page_id": "/?p=5"}),
    "a comment page of a plain permalink": ("/?p=5&cpage=2", "", "", {"page_id": "/?p=5"}),
    "an id in the query": ("/article.php?id=55&lang=en", "", "", {"page_id": "/article.php?id=55"}),
    "an id that the canonical address has": (
        "/show?artikel=7&from=mail",
        '<link rel="canonical" href="/show?artikel=7">',
        "",
        {"page_id": "/show?artikel=7"},
    ),
    "the second part of a post": ("/story/2/", SHORTLINK, "", {"page_id": "/story"}),
    "comments of a post": ("/story/comment-page-3/", SHORTLINK, "", {"page_id": "/story"}),
    "the second page of a list": ("/category/news/page/2/", "", "", {"page_id": "/category/news"}),
    "a post that is named by its number": ("/archives/9", SHORTLINK, "", {"page_id": "/archives/9"}),
    "a number that is no part": ("/news/12", "", "", {"page_id": "/news/12"}),
    "encoded letters": ("/nuacht/t%C3%B3ir", "", "", {"page_id": "/nuacht/tóir"}),
    "decomposed letters": ("/nuacht/to%CC%81ir", "", "", {"page_id": "/nuacht/tóir"}),
    "a space": ("/two%20words", "", "", {"page_id": "/two words"}),
    "an encoding that is none": ("/100%25%zz", "", "", {"page_id": "/100%25%zz"}),
    "an id told by the page": ("/story", meta(keepopen__page_id="a55"), "", {"page_id": "a55"}),
}
CASES = {**TYPES, **ADDRESSES, **NAMES, **{f"address: {name}": case for name, case in PAGES.items()}}
