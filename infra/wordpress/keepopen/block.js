// The block "Keepopen: appeal here" in the editor. The server writes the place, so every role may use it.
(({ blocks, element, blockEditor, components }, placements) => {
  const h = element.createElement;
  const options = Object.entries(placements).map(([value, label]) => ({ value, label }));

  blocks.registerBlockType('keepopen/appeal', {
    edit({ attributes, setAttributes }) {
      const choice = h(components.SelectControl, {
        value: attributes.placement,
        options,
        onChange: (placement) => setAttributes({ placement }),
      });
      const title = blocks.getBlockType('keepopen/appeal').title;
      return h('div', blockEditor.useBlockProps(), h(components.Placeholder, { icon: 'megaphone', label: title }, choice));
    },
    save: () => null,
  });
})(window.wp, window.keepopenPlaces);
