<?php
/**
 * The facts about the page being shown, which the widget sends to the service. Each is written on every template, because an
 * SEO plugin calls nearly every page an article.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

/** Return the facts of this page, by the names that the widget reads. An empty fact is left out. */
function keepopen_facts(): array {
	$object = get_queried_object();
	$facts  = [ 'page_type' => keepopen_page_type(), 'page_id' => keepopen_page_id() ];
	if ( 'article' === $facts['page_type'] ) {
		$facts += [ 'section' => keepopen_section( $object ), 'tags' => keepopen_names( keepopen_terms( $object ) ) ];
		$facts += keepopen_marked_facts( keepopen_marks_of( $object ) );
	} elseif ( $object instanceof WP_Term ) {
		$terms  = keepopen_with_ancestors( [ $object ] );
		$facts += [ 'section' => is_category() ? keepopen_names( [ $object ] ) : '', 'tags' => keepopen_names( $terms ) ];
		$facts += keepopen_marked_facts( keepopen_marks_of_terms( $terms ) );
	}
	if ( 'article' !== $facts['page_type'] ) {
		$facts['access'] = 'free'; // A gate stands before articles only.
	}
	if ( keepopen_is_paused() || keepopen_is_never_asked_page() ) {
		$facts['hide_appeals'] = 'true'; // The service neither asks nor gates on such a page.
	}
	return array_filter( $facts );
}

/** Return the page's type: `article`, `front`, `section` or `other`. */
function keepopen_page_type(): string {
	$types = keepopen_settings()['types'] ?: [ '' ]; // WordPress takes an empty list for every type.
	if ( is_front_page() ) {
		return 'front';
	}
	if ( is_singular( $types ) && ! is_attachment() && ! keepopen_is_never_asked_page() ) {
		return 'article';
	}
	return is_home() || is_category() || is_tag() || is_post_type_archive( $types ) ? 'section' : 'other';
}

/** Return an id that is the same on every part of a page, with every permalink structure and with tracking parameters. */
function keepopen_page_id(): string {
	$object = get_queried_object();
	if ( is_front_page() ) {
		return 'front';
	}
	if ( $object instanceof WP_Post ) {
		return is_home() ? 'blog' : (string) $object->ID;
	}
	if ( $object instanceof WP_Term ) {
		return "$object->taxonomy-$object->term_id";
	}
	if ( $object instanceof WP_User ) {
		return "author-$object->ID";
	}
	return is_search() ? 'search' : ( is_404() ? 'not-found' : 'archive' );
}

/** Whether this page must stay open and silent: contact, privacy, sign-in, support, an error, or a post that asks for its password. */
function keepopen_is_never_asked_page(): bool {
	$settings = keepopen_settings();
	$pages    = [ get_option( 'wp_page_for_privacy_policy' ), $settings['contact'], $settings['sign_in'], $settings['support'] ];
	return is_404() || is_page( array_filter( array_map( 'absint', $pages ) ) ?: [ -1 ] ) || ( is_singular() && post_password_required() );
}

/** Return the facts that follow from marks. */
function keepopen_marked_facts( array $marks ): array {
	return [
		'is_sensitive'    => isset( $marks['sensitive'] ) ? 'true' : '',
		'is_paid_content' => isset( $marks['paid'] ) ? 'true' : '',
		'hide_appeals'    => isset( $marks['quiet'] ) ? 'true' : '',
		'access'          => keepopen_access( $marks ),
	];
}

/** Return a post's terms: its categories with their ancestors, then its tags. */
function keepopen_terms( WP_Post $post ): array {
	$terms = [ true => [], false => [] ];
	foreach ( get_object_taxonomies( $post, 'objects' ) as $taxonomy ) {
		if ( $taxonomy->public && $taxonomy->show_ui ) { // This leaves out post formats.
			array_push( $terms[ $taxonomy->hierarchical ], ...( get_the_terms( $post, $taxonomy->name ) ?: [] ) );
		}
	}
	return array_merge( keepopen_with_ancestors( $terms[ true ] ), $terms[ false ] );
}

/** Return these terms, each followed by its ancestors, without repeating one. */
function keepopen_with_ancestors( array $terms ): array {
	$found = [];
	foreach ( $terms as $term ) {
		$found[ $term->term_id ] = $term;
		foreach ( get_ancestors( $term->term_id, $term->taxonomy, 'taxonomy' ) as $id ) {
			$found[ $id ] = get_term( $id );
		}
	}
	return array_values( $found );
}

/** Return a post's section: the primary category of Yoast or Rank Math, else its deepest category. */
function keepopen_section( WP_Post $post ): string {
	$categories = get_the_terms( $post, is_object_in_taxonomy( $post, 'category' ) ? 'category' : keepopen_section_taxonomy( $post ) );
	if ( ! is_array( $categories ) ) {
		return '';
	}
	$primary = [ get_post_meta( $post->ID, '_yoast_wpseo_primary_category', true ), get_post_meta( $post->ID, 'rank_math_primary_category', true ) ];
	$weight  = fn( $term ) => in_array( (string) $term->term_id, $primary, true ) ? PHP_INT_MAX : count( get_ancestors( $term->term_id, $term->taxonomy, 'taxonomy' ) );
	usort( $categories, fn( $one, $other ) => $weight( $other ) <=> $weight( $one ) );
	return keepopen_names( [ $categories[0] ] );
}

/** Return the first taxonomy with levels of a post whose type has no categories. */
function keepopen_section_taxonomy( WP_Post $post ): string {
	$taxonomies = wp_list_filter( get_object_taxonomies( $post, 'objects' ), [ 'hierarchical' => true, 'public' => true ] );
	return (string) key( $taxonomies );
}

/** Return the names of terms as one text. A comma separates names, so a comma inside a name is taken out. */
function keepopen_names( array $terms ): string {
	$names = array_map( fn( $term ) => str_replace( ',', '', html_entity_decode( $term->name, ENT_QUOTES ) ), $terms );
	return implode( ', ', array_unique( $names ) );
}
