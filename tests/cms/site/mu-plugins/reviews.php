<?php
// A theme's own type of post without custom fields, edited in the classic editor, with categories of its own.
add_action(
	'init',
	function () {
		register_post_type( 'review', [ 'public' => true, 'label' => 'Reviews', 'has_archive' => true, 'supports' => [ 'title', 'editor' ] ] );
		register_taxonomy( 'genre', 'review', [ 'public' => true, 'hierarchical' => true, 'show_in_rest' => true ] );
	}
);
