<?php
/**
 * The plugin's settings: one option, a default for each value, and the rules a saved value must meet.
 *
 * The staff token is not among them. It is the constant KEEPOPEN_TOKEN in wp-config.php, so that no database dump holds it.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_action( 'init', 'keepopen_register_settings' );

function keepopen_register_settings(): void {
	register_setting( 'keepopen', 'keepopen', [ 'sanitize_callback' => 'keepopen_clean_settings' ] );
}

/** Return all settings, with the default of each that was never saved. */
function keepopen_settings(): array {
	$defaults          = keepopen_defaults();
	$settings          = wp_parse_args( (array) get_option( 'keepopen', [] ), $defaults );
	$settings['rules'] = wp_parse_args( (array) $settings['rules'], $defaults['rules'] );
	return $settings;
}

function keepopen_defaults(): array {
	return [
		'service'    => '',
		'site'       => '',
		'places'     => [ 'article_top' ],
		'types'      => [ 'post' ],
		'consent'    => 'tool',
		'gated'      => '.entry-content, .wp-block-post-content',
		'keep_clear' => '[data-keep-clear], #comments, .wp-block-comments, .wp-block-post-comments, .comments-area, #respond, #wpadminbar',
		'contact'    => 0,
		'sign_in'    => 0,
		'support'    => 0,
		'vouches'    => '',
		'rules'      => array_fill_keys( [ 'sensitive', 'paid', 'quiet', 'free', 'locked' ], '' ),
	];
}

/** Whether the plugin knows which service and site to ask. */
function keepopen_is_configured(): bool {
	return '' !== keepopen_settings()['service'] && '' !== keepopen_settings()['site'];
}

/** Return an address of the service, such as `v1/widget.js` below it. */
function keepopen_service_url( string $path ): string {
	return keepopen_settings()['service'] . '/' . $path;
}

/** Return the sources of a reader's consent, with a label for each. */
function keepopen_consent_sources(): array {
	return [
		'tool'  => __( 'A consent tool in the page that speaks TCF or GPP', 'keepopen' ),
		'wp'    => __( 'The WP Consent API: statistics allows the meter, marketing allows everything', 'keepopen' ),
		'none'  => __( 'Nobody is counted', 'keepopen' ),
		'meter' => __( 'Every reader has allowed the meter', 'keepopen' ),
		'full'  => __( 'Every reader has allowed everything', 'keepopen' ),
	];
}

/** Return settings as they may be saved: known keys, trimmed text, and values that exist. */
function keepopen_clean_settings( $given ): array {
	$given = wp_parse_args( (array) $given, keepopen_defaults() );
	$text  = fn( $value ) => sanitize_text_field( is_scalar( $value ) ? (string) $value : '' );
	$clean = array_map( $text, $given );

	$clean['service'] = untrailingslashit( esc_url_raw( $clean['service'], [ 'https', 'http' ] ) );
	$clean['site']    = sanitize_key( $clean['site'] );
	$clean['consent'] = array_key_exists( $clean['consent'], keepopen_consent_sources() ) ? $clean['consent'] : 'tool';
	$clean['vouches'] = $clean['vouches'] ? '1' : '';
	$clean['places']  = array_values( array_intersect( [ 'article_top', 'article_end' ], (array) $given['places'] ) );
	$clean['types']   = array_values( array_filter( array_map( 'sanitize_key', (array) $given['types'] ) ) );
	$clean['rules']   = array_map( $text, wp_array_slice_assoc( (array) $given['rules'], array_keys( keepopen_defaults()['rules'] ) ) );
	foreach ( [ 'contact', 'sign_in', 'support' ] as $page ) {
		$clean[ $page ] = absint( $clean[ $page ] );
	}
	return array_intersect_key( $clean, keepopen_defaults() );
}
