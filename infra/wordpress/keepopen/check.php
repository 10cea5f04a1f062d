<?php
/**
 * The check of an installation: can the service be reached, is the site the right one, and which facts do pages send?
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

/** Return the findings about the service: for each a sentence, and whether it is fine. */
function keepopen_check_service(): array {
	$loader = wp_remote_get( keepopen_service_url( 'v1/widget.js' ), [ 'timeout' => 5 ] );
	if ( 200 !== wp_remote_retrieve_response_code( $loader ) || false === strpos( wp_remote_retrieve_body( $loader ), 'keepopen' ) ) {
		/* translators: %s: an error message */
		return [ [ sprintf( __( 'The service does not answer at this address: %s', 'keepopen' ), keepopen_what_happened( $loader ) ), false ] ];
	}
	return [ [ __( 'The service can be reached.', 'keepopen' ), true ], keepopen_check_site() ];
}

/** Ask the service as one of this site's pages would. The question is about a silent page without consent, so nothing is counted. */
function keepopen_check_site(): array {
	$home     = wp_parse_url( home_url() );
	$origin   = $home['scheme'] . '://' . $home['host'] . ( isset( $home['port'] ) ? ":$home[port]" : '' );
	$question = [
		'site'         => keepopen_settings()['site'],
		'view_id'      => wp_generate_uuid4(),
		'page_id'      => 'keepopen-check',
		'page_type'    => 'other',
		'consent'      => 'none',
		'hide_appeals' => true,
	];
	$request  = [ 'timeout' => 5, 'headers' => [ 'Origin' => $origin, 'Content-Type' => 'application/json' ], 'body' => wp_json_encode( $question ) ];
	$answer   = wp_remote_post( keepopen_service_url( 'v1/decide' ), $request );
	switch ( wp_remote_retrieve_response_code( $answer ) ) {
		case 200:
			return [ __( 'The service knows this site and answers its pages.', 'keepopen' ), true ];
		case 403:
			/* translators: %s: an address such as https://news.example */
			return [ sprintf( __( 'The service knows the site key, but %s is not among the site’s origins.', 'keepopen' ), $origin ), false ];
		case 404:
			return [ __( 'The service does not know this site key.', 'keepopen' ), false ];
		default:
			/* translators: %s: an error message */
			return [ sprintf( __( 'The service did not answer the question of a page: %s', 'keepopen' ), keepopen_what_happened( $answer ) ), false ];
	}
}

function keepopen_what_happened( $answer ): string {
	return is_wp_error( $answer ) ? $answer->get_error_message() : 'HTTP ' . wp_remote_retrieve_response_code( $answer );
}

/** Return an example of each kind of page: the newest post, its category, a page and a search. */
function keepopen_examples(): array {
	$post     = current( get_posts( [ 'numberposts' => 1, 'post_type' => keepopen_settings()['types'] ?: [ '' ], 'has_password' => false ] ) );
	$category = current( get_categories( [ 'number' => 1, 'orderby' => 'count', 'order' => 'DESC' ] ) );
	$page     = current( get_pages( [ 'number' => 1 ] ) );
	return array_filter(
		[
			__( 'Article', 'keepopen' )  => $post ? get_permalink( $post ) : '',
			__( 'Category', 'keepopen' ) => $category ? get_category_link( $category ) : '',
			__( 'Page', 'keepopen' )     => $page ? get_permalink( $page ) : '',
			__( 'Search', 'keepopen' )   => get_search_link( 'keepopen' ),
		]
	);
}

/** Fetch a page as a reader's browser would and return the facts it sends, or an empty list if it has none. */
function keepopen_facts_at( string $address ): array {
	$html = wp_remote_retrieve_body( wp_remote_get( $address, [ 'timeout' => 10 ] ) );
	preg_match_all( '/<meta name="keepopen:(\w+)" content="([^"]*)">/', $html, $metas );
	return array_combine( $metas[1], array_map( fn( $content ) => html_entity_decode( $content, ENT_QUOTES ), $metas[2] ) );
}

/** Print what the check found. */
function keepopen_print_check(): void {
	foreach ( keepopen_check_service() as [ $sentence, $is_fine ] ) {
		printf( '<div class="notice inline notice-%s"><p>%s</p></div>', $is_fine ? 'success' : 'error', esc_html( $sentence ) );
	}
	echo '<table class="widefat striped"><tbody>';
	foreach ( keepopen_examples() as $kind => $address ) {
		$facts = [];
		foreach ( keepopen_facts_at( $address ) as $name => $content ) {
			$facts[] = "$name: $content";
		}
		$found = $facts ? implode( '; ', $facts ) : __( 'This page sends no facts. Does a cache hold an older page, or does the theme not call wp_head()?', 'keepopen' );
		printf( '<tr><th><a href="%s">%s</a></th><td>%s</td></tr>', esc_url( $address ), esc_html( $kind ), esc_html( $found ) );
	}
	echo '</tbody></table>';
}
