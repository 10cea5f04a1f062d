import { createRoot } from 'react-dom/client';
import { BrowserRouter, Link, Route, Routes, useParams } from 'react-router';

const STORIES = JSON.parse(document.getElementById('stories').textContent);

function Facts({ facts }) {
  return Object.entries(facts).map(([name, content]) => <meta key={name} name={`keepopen:${name}`} content={content} />);
}

function Story() {
  const story = STORIES[useParams().id];
  return <article>
    <title>{story.title}</title>
    <Facts facts={{ page_type: 'article', page_id: story.id, section: story.section, tags: story.tags.join(', ') }} />
    {story.is_sensitive && <meta name="keepopen:is_sensitive" content="true" />}
    <h1>{story.title}</h1>
    <div className="article-text">
      <keep-open placement="article_top" key={story.id}></keep-open>
      {story.paragraphs.map((text, at) => <p key={at}>{text}</p>)}
    </div>
  </article>;
}

function Front() {
  return <main><title>The Tide</title><Facts facts={{ page_type: 'front' }} /><h1>The Tide</h1></main>;
}

createRoot(document.getElementById('root')).render(<BrowserRouter>
  <nav>{Object.values(STORIES).map(({ id, title }) => <Link key={id} to={`/story/${id}`}>{title}</Link>)} <Link to="/">Front</Link></nav>
  <Routes><Route path="/story/:id" element={<Story />} /><Route path="*" element={<Front />} /></Routes>
</BrowserRouter>);
