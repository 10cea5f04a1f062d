<?php
/**
 * Places for appeals: at the head or end of an article by themselves, or wherever an editor puts the block or the shortcode.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_action( 'init', 'keepopen_register_places' );
add_filter( 'the_content', 'keepopen_add_places', 20 ); // After blocks, paragraphs and shortcodes are done.

function keepopen_register_places(): void {
	wp_register_script( 'keepopen-block', plugins_url( 'block.js', __FILE__ ), [ 'wp-blocks', 'wp-element', 'wp-block-editor', 'wp-components' ], '0.1.0', true );
	wp_add_inline_script( 'keepopen-block', 'window.keepopenPlaces = ' . wp_json_encode( keepopen_placements() ), 'before' );
	register_block_type( __DIR__, [ 'title' => __( 'Keepopen: appeal here', 'keepopen' ), 'render_callback' => 'keepopen_place' ] );
	add_shortcode( 'keepopen', 'keepopen_place' );
}

/** Return the placements inside an article, with a label for each. */
function keepopen_placements(): array {
	return [
		'article_top' => __( 'At the head of the article', 'keepopen' ),
		'article_end' => __( 'At the end of the article', 'keepopen' ),
	];
}

/**
 * Add the automatic places to the article itself: not to an excerpt, to another post on the page, or to a password form.
 *
 * Other plugins may pass on anything, so the content has no type.
 */
function keepopen_add_places( $content ) {
	if ( ! in_the_loop() || ! is_main_query() || get_the_ID() !== get_queried_object_id() || doing_filter( 'get_the_excerpt' ) ) {
		return $content;
	}
	$post = get_post();
	if ( has_block( 'keepopen/appeal', $post ) || has_shortcode( $post->post_content, 'keepopen' ) ) {
		return $content;
	}
	$places = keepopen_settings()['places'];
	$head   = in_array( 'article_top', $places, true ) ? keepopen_place( [ 'placement' => 'article_top' ] ) : '';
	$end    = in_array( 'article_end', $places, true ) ? keepopen_place( [ 'placement' => 'article_end' ] ) : '';
	return $head . $content . $end;
}

/** Return a place for an appeal, or nothing if this page is not an article that a reader sees. */
function keepopen_place( $attributes ): string {
	if ( ! keepopen_is_readers_view() || 'article' !== keepopen_page_type() ) {
		return '';
	}
	$given     = $attributes['placement'] ?? 'article_top';
	$placement = array_key_exists( $given, keepopen_placements() ) ? $given : 'article_top';
	$words     = sprintf( /* translators: %s: the publication's name */ __( 'Support %s', 'keepopen' ), get_bloginfo( 'name', 'display' ) );
	return sprintf(
		'<div class="keepopen-place"><keep-open placement="%s"><noscript><a href="%s">%s</a></noscript></keep-open></div>',
		esc_attr( $placement ),
		esc_url( keepopen_service_url( 'support/' . keepopen_settings()['site'] ) ),
		esc_html( $words )
	);
}
