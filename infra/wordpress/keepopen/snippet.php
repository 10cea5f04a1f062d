<?php
/**
 * What the plugin writes into the head of every page: the facts as metas, and the widget's script.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_action( 'wp_head', 'keepopen_print_head', 5 );

// Twenty Twenty-One has a dark mode but does not declare it. Without this line a prompt, like a browser's own controls, stays light.
const KEEPOPEN_DARK_MODE = 'html.is-dark-theme { color-scheme: dark; }';
add_action( 'wp_enqueue_scripts', fn() => wp_add_inline_style( 'twenty-twenty-one-style', KEEPOPEN_DARK_MODE ), 20 );

// Optimisers that delay or combine scripts ask these filters for what to leave alone.
$keepopen_exclusions = [
	'rocket_delay_js_exclusions',
	'rocket_minify_excluded_external_js',
	'litespeed_optimize_js_excludes',
	'litespeed_optm_js_defer_exc',
	'perfmatters_delay_js_exclusions',
	'sgo_javascript_combine_excluded_external_paths',
];
foreach ( $keepopen_exclusions as $keepopen_exclusion ) {
	add_filter( $keepopen_exclusion, fn( $excluded ) => array_merge( (array) $excluded, [ 'v1/widget.js' ] ) );
}

function keepopen_print_head(): void {
	if ( ! keepopen_is_readers_view() ) {
		return;
	}
	foreach ( keepopen_facts() as $name => $content ) {
		printf( "<meta name=\"keepopen:%s\" content=\"%s\">\n", esc_attr( $name ), esc_attr( $content ) );
	}
	wp_print_script_tag( keepopen_script_attributes() );
	if ( 'wp' === keepopen_settings()['consent'] ) {
		wp_print_script_tag( [ 'src' => plugins_url( 'consent.js', __FILE__ ), 'defer' => true ] );
	}
}

/** Return the attributes of the widget's script. The optimisers' own attributes keep it where and as it is. */
function keepopen_script_attributes(): array {
	$settings = keepopen_settings();
	$consent  = $settings['consent'];
	$sign_in  = $settings['sign_in'] ? get_permalink( $settings['sign_in'] ) : '';
	$named    = [
		'src'                   => keepopen_service_url( 'v1/widget.js' ),
		'data-site'             => $settings['site'],
		'data-consent'          => in_array( $consent, [ 'tool', 'wp' ], true ) ? '' : $consent,
		'data-gated'            => $settings['gated'],
		'data-keep-clear'       => $settings['keep_clear'],
		'data-sign-in'          => $sign_in ?: wp_login_url( is_singular() ? get_permalink() : '' ),
		'data-reader-assertion' => keepopen_reader_assertion(),
	];
	$left_alone = [
		'async'                  => true,
		'nowprocket'             => true,
		'data-cfasync'           => 'false',
		'data-no-optimize'       => '1',
		'data-no-minify'         => '1',
		'data-no-defer'          => '1',
		'data-pagespeed-no-defer' => true,
	];
	return array_filter( $named ) + $left_alone;
}
