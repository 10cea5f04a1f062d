// The panel "Keepopen" in the sidebar of the block editor.
(({ plugins, editor, editPost, element, components, data }, words) => {
  const h = element.createElement;
  const Panel = editor?.PluginDocumentSettingPanel || editPost.PluginDocumentSettingPanel; // It moved in WordPress 6.6.

  const Marks = () => {
    const meta = data.useSelect((select) => select('core/editor').getEditedPostAttribute('meta') || {}, []);
    const reasons = data.useSelect((select) => select('core/editor').getCurrentPostAttribute('keepopen_reasons') || [], []);
    const { editPost: edit } = data.useDispatch('core/editor');
    const set = (mark) => (value) => edit({ meta: { [`_keepopen_${mark}`]: value } });

    const toggles = Object.entries(words.marks).map(([mark, label]) =>
      h(components.ToggleControl, { key: mark, label, help: words.effects[mark], checked: !!meta[`_keepopen_${mark}`], onChange: set(mark) }));
    const options = Object.entries(words.accesses).map(([value, label]) => ({ value, label }));
    const access = h(components.SelectControl, { label: words.access, value: meta._keepopen_access, options, onChange: set('access') });
    const list = reasons.length > 0 && h('div', {}, h('p', {}, words.reasons), h('ul', {}, reasons.map((reason) => h('li', { key: reason }, reason))));
    return h(Panel, { name: 'keepopen', title: 'Keepopen' }, toggles, access, list);
  };

  plugins.registerPlugin('keepopen', { render: Marks, icon: 'megaphone' });
})(window.wp, window.keepopenPanel);
