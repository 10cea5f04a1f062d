// What page is this? These are the facts the service decides on; docs/embed.md defines them under "What page is this".
// In doubt a page is no article: then it is not counted and never gated.

const ARTICLE_TYPES = /(^|\W)(\w*Article|(Live)?BlogPosting|Report)$/;
const OTHER_TYPES = /(SearchResults|Profile|About|Contact|Checkout)Page$/;
// Classes that WordPress and Ghost give to the body of pages that are no articles.
const OTHER_CLASSES = /\b(error404|search-(no-)?results|attachmentid-\d|author-(\d|template)|page-(id-\d|template))/;
const SECTION_CLASSES = /\b(archive|blog|tag-template)\b/;
// How the addresses of pages end that serve the reader, in the languages the widget speaks.
const SERVICE_PAGES = new RegExp('/(about|contacto?|kontakt|support|subscribe|privacy|privacidad|datenschutz|terms|'
  + 'legal|imprint|impressum|cookies?|account|sign-?(in|up)|log-?in|register|search|polit\\w+-.*|mentions-.*)'
  + '([-_](us|policy|notice|(of|and)-.*))?(\\.\\w+)?$', 'i');
const PAGE_TYPES = ['article', 'front', 'section', 'liveblog', 'other'];
const ACCESSES = ['free', 'metered', 'locked', 'gift'];
const MOST_CHARACTERS = 900;
const MOST_TAGS = 50;
const IDENTIFYING_PARAMETERS = /^(p|page_id|(article|story|post|node)?_?id|nid|article|story)$/i;
const PAGING_PARAMETERS = /^(c?page|paged)$/i;
// A front page may be opened with these, but with others it is a search or a list: `/?s=tides`, `/?cat=3`.
const OTHER_PARAMETERS = /[?&](?!utm_|mc_|\w*clid|ref=|keepopen)\w/;

const isText = (value) => typeof value === 'string';
const listOf = (value) => [value].flat(9);
const metas = (name) => [...document.querySelectorAll(`meta[name="${name}"],meta[property="${name}"]`)]
  .map(({ content }) => content);
const linkTo = (relation) => document.querySelector(`link[rel~=${relation}]`)?.href || 'about:blank';

// A text as a reader sees it: without entities and control characters, in the composed Unicode form.
const ENTITIES = { amp: '&', quot: '"', apos: "'", lt: '<', gt: '>', nbsp: ' ' };
const readEntity = (entity, hash, name) => {
  const code = parseInt(name, hash?.[1] ? 16 : 10);
  return hash ? String.fromCodePoint(code < 0x110000 ? code : 32) : ENTITIES[name] ?? entity;
};
const plain = (text) => text.replace(/&(#x?)?(\w{1,7});/gi, readEntity).slice(0, 200)
  .replace(/[\p{C}\p{Z}]+/gu, ' ').trim().normalize();
const names = (value) => listOf(value).map((item) => item?.name ?? item).filter(isText).map(plain).filter(Boolean);
// A comma separates only inside a text that stands alone, as in `"keywords": "harbour, tides"`.
const splitLone = (value) => (isText(value) ? value.split(',') : value);
const lone = (texts) => (texts[1] ? texts : texts[0]);

// The page an address names, whatever is appended to it for campaigns, comments, galleries or further parts.
const pageOf = (address, routes) => {
  try {
    const { protocol, pathname, searchParams, hash } = new URL(address, location);
    if (!/^http/.test(protocol)) return '';
    const canonical = new URL(linkTo('canonical')).searchParams;
    const post = new URL(linkTo('shortlink')).searchParams.get('p');
    const path = decodeURI(pathname).normalize().replace(/\p{C}/gu, '')
      .replace(/(\/(page\/|comment-page-)\d+)?\/*$/, '');
    // The second part of a WordPress post is `/story/2/`; a number that is the post's own is its name.
    const [, story, part] = post && /^(.+)\/(\d{1,3})$/.exec(path) || [];
    const query = [...searchParams].filter(([name]) => !PAGING_PARAMETERS.test(name)
      && (IDENTIFYING_PARAMETERS.test(name) || canonical.has(name))).map((pair) => pair.join('=')).join('&');
    const route = routes && /^#!?\/((?![?&]keepopen-).)*/.exec(hash)?.[0] || '';
    return ((part && part !== post ? story : path || '/') + (query && '?' + query) + route).slice(0, 500);
  } catch {
    return '';
  }
};

// Lists of articles describe other pages too.
const isAbout = (item, pages, isEarlier) => {
  const named = listOf([item.url, item['@id'], item.mainEntityOfPage])
    .map((value) => value?.['@id'] ?? value?.url ?? value)
    .filter((value) => isText(value) && /[/#]/.test(value)).map((value) => pageOf(value)).filter(Boolean);
  return named.length || isEarlier ? named.some((page) => pages.includes(page)) : true;
};

// Routers leave structured data of earlier pages in the document. Without an address they are about the page on which
// they came.
const firstPages = new Map();
const structuredData = (pages) => {
  const items = [];
  const collect = (value, isEarlier) => {
    for (const item of listOf(value)) if (item && typeof item === 'object') {
      if (isAbout(item, pages, isEarlier)) items.push(item);
      collect([item['@graph'], item.mainEntity], isEarlier);
    }
  };
  for (const { text } of document.querySelectorAll('[type*="ld+json"]')) try {
    if (!firstPages.has(text)) firstPages.set(text, pages[0]);
    const value = JSON.parse(text, (key, part) => (key === 'toString' ? undefined : part));
    collect(value, firstPages.get(text) !== pages[0]);
  } catch { /* Not JSON. */ }
  return items;
};

const typeOf = (page, types, isService) => {
  const has = (pattern) => types.some((type) => pattern.test(type));
  const [visit] = performance.getEntriesByType('navigation');
  const classes = document.body.className;
  const openGraph = metas('og:type')[0];
  const isMissing = visit?.responseStatus > 399 && pageOf(visit.name) === page;
  if (page === '/' && !OTHER_PARAMETERS.test(location.search)) return isMissing ? 'other' : 'front';
  if (isMissing || isService || page === '/' || has(OTHER_TYPES) || OTHER_CLASSES.test(classes)) return 'other';
  if (has(/CollectionPage$/) || SECTION_CLASSES.test(classes)) return 'section';
  const isArticle = has(ARTICLE_TYPES) || document.querySelector('[placement^=article]')
    || /article/.test(openGraph) && metas('article:published_time')[0];
  if (!isArticle || /^(website|profile)/.test(openGraph)) return 'other';
  return has(/Live/) ? 'liveblog' : 'article';
};

// The page in the address bar. A fragment names a page only if the site says so with `data-routes="fragment"`.
export const pageHere = ({ attribute }) => pageOf(location, attribute('routes')) || location.pathname.slice(0, 500);

// The script's attributes are about the first page: after a route `given` is {}, and they do not count.
export const readFacts = (app) => {
  const { attribute, given, lastPageId } = app;
  const told = (name) => (given ? given[name] : attribute(name)) ?? lone(metas('keepopen:' + name));
  const flag = (name, otherwise) => (/true|1/.test(told(name) ?? otherwise) || undefined);
  const page = pageHere(app);
  const pages = [page, pageOf(location), pageOf(linkTo('canonical'))];
  const items = structuredData(pages);
  const typesOf = (item) => names(item['@type']);
  const types = items.flatMap(typesOf);
  const data = app.data = items.find((item) => typesOf(item).some((type) => ARTICLE_TYPES.test(type))) || {};
  const services = [...document.querySelectorAll('[rel~=privacy-policy],[rel~=terms-of-service]')]
    .map(({ href }) => href).concat(attribute('sign_in') || []);
  const isService = SERVICE_PAGES.test(page) || services.some((address) => pageOf(address) === page);
  const word = (name, words) => words.find((known) => known === told(name));
  const toldType = word('page_type', PAGE_TYPES);
  const type = toldType || typeOf(page, types, isService);
  app.canGate = !isService && (toldType || /article|live/.test(type));

  const trail = items.filter((item) => typesOf(item).includes('BreadcrumbList'))
    .flatMap((item) => listOf(item.itemListElement).slice(1, -1)).map((step) => step?.name ?? step?.item?.name);
  const sections = told('section') || data.articleSection || lone(metas('article:section'));
  const keywords = told('tags') || data.keywords || lone(metas('article:tag'));
  const [section, ...further] = names(sections);
  const related = names([further, splitLone(sections), trail]).filter((name) => name !== section);
  const tags = new Set(names(splitLone(keywords)).concat(related));
  let room = MOST_CHARACTERS;
  const pageId = told('page_id');
  const free = data.isAccessibleForFree;
  const language = told('language') || names(data.inLanguage)[0] || document.documentElement.lang;
  return {
    page_id: pageId && pageId !== lastPageId ? pageId : page,
    page_type: type,
    section,
    tags: [...tags].filter((tag) => (room -= tag.length + 1) > 0).slice(0, MOST_TAGS),
    reader_assertion: told('reader_assertion') || undefined,
    is_sensitive: flag('is_sensitive'),
    hide_appeals: flag('hide_appeals'),
    is_paid_content: flag('is_paid_content', types.some((name) => /Advertiser/.test(name))),
    access: word('access', ACCESSES) || (/true$/i.test(free) ? 'free' : /false$/i.test(free) ? 'metered' : undefined),
    language: /^[a-z]{2,3}(-[a-z]{2})?/i.exec(language)?.[0],
  };
};
