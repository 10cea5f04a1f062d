<?php
/**
 * The admin bar: pause every appeal on a black day, and see pages as a reader does.
 *
 * A pause takes effect in two ways. Pages say `hide_appeals` from now on, and if wp-config.php defines KEEPOPEN_TOKEN, the
 * service is told as well, which also reaches pages that a cache still holds.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

const KEEPOPEN_PAUSING_CAPABILITY = 'edit_others_posts';

add_action( 'admin_bar_menu', 'keepopen_add_to_admin_bar', 90 );
add_action( 'admin_post_keepopen_pause', 'keepopen_change_pause' );
add_action( 'admin_post_keepopen_view', 'keepopen_change_view' );
add_action( 'admin_notices', 'keepopen_show_pause' );

/** Return the last pause or its end: is_paused, by, at, and trouble if the service could not be told. */
function keepopen_pause(): array {
	return wp_parse_args( (array) get_option( 'keepopen_pause', [] ), [ 'is_paused' => false, 'by' => '', 'at' => 0, 'trouble' => '' ] );
}

function keepopen_is_paused(): bool {
	return (bool) keepopen_pause()['is_paused'];
}

function keepopen_add_to_admin_bar( WP_Admin_Bar $bar ): void {
	if ( ! keepopen_is_configured() || ! keepopen_is_editor() ) {
		return;
	}
	$is_paused = keepopen_is_paused();
	$sees      = keepopen_sees_as_reader();
	$bar->add_node( [ 'id' => 'keepopen', 'title' => $is_paused ? esc_html__( 'Keepopen: paused', 'keepopen' ) : 'Keepopen' ] );
	if ( current_user_can( KEEPOPEN_PAUSING_CAPABILITY ) ) {
		$words = $is_paused ? __( 'End the pause', 'keepopen' ) : __( 'Pause all appeals', 'keepopen' );
		keepopen_add_switch( $bar, 'pause', ! $is_paused, $words );
	}
	$words = $sees ? __( 'Stop seeing pages as a reader', 'keepopen' ) : __( 'See pages as a reader', 'keepopen' );
	keepopen_add_switch( $bar, 'view', ! $sees, $words );
}

function keepopen_add_switch( WP_Admin_Bar $bar, string $name, bool $turns_on, string $words ): void {
	$address = admin_url( "admin-post.php?action=keepopen_$name&on=" . (int) $turns_on );
	$node    = [ 'id' => "keepopen-$name", 'parent' => 'keepopen', 'title' => esc_html( $words ) ];
	$bar->add_node( $node + [ 'href' => wp_nonce_url( $address, "keepopen_$name" ) ] );
}

/** Pause all appeals or end the pause, then go back to the page. */
function keepopen_change_pause(): void {
	if ( ! current_user_can( KEEPOPEN_PAUSING_CAPABILITY ) ) {
		wp_die( esc_html__( 'You are not allowed to pause appeals.', 'keepopen' ), '', 403 );
	}
	check_admin_referer( 'keepopen_pause' );
	keepopen_set_pause( ! empty( $_GET['on'] ), wp_get_current_user()->display_name );
	keepopen_go_back();
}

/** Start or stop seeing pages as a reader, then go back to the page. */
function keepopen_change_view(): void {
	if ( ! keepopen_is_editor() ) {
		wp_die( esc_html__( 'Only editors can switch their view.', 'keepopen' ), '', 403 );
	}
	check_admin_referer( 'keepopen_view' );
	update_user_meta( get_current_user_id(), 'keepopen_sees_as_reader', empty( $_GET['on'] ) ? '' : '1' );
	keepopen_go_back();
}

function keepopen_go_back(): void {
	wp_safe_redirect( wp_get_referer() ?: home_url( '/' ) );
	exit;
}

/** Save the pause, empty the page caches, and tell the service. */
function keepopen_set_pause( bool $is_paused, string $by ): void {
	$trouble = keepopen_tell_service( $is_paused, $by );
	update_option( 'keepopen_pause', [ 'is_paused' => $is_paused, 'by' => $by, 'at' => time(), 'trouble' => $trouble ] );
	foreach ( [ 'rocket_clean_domain', 'w3tc_flush_all', 'wp_cache_clear_cache' ] as $empty_cache ) {
		if ( function_exists( $empty_cache ) ) {
			$empty_cache();
		}
	}
	do_action( 'litespeed_purge_all' );
	do_action( 'keepopen_paused', $is_paused );
}

/** Pause the site in the service or end its pause. Return what went wrong, or an empty text. Without a token do nothing. */
function keepopen_tell_service( bool $is_paused, string $by ): string {
	if ( ! defined( 'KEEPOPEN_TOKEN' ) ) {
		return '';
	}
	$request = [
		'timeout' => 5,
		'headers' => [ 'Authorization' => 'Bearer ' . KEEPOPEN_TOKEN, 'Content-Type' => 'application/json' ],
		'body'    => wp_json_encode( [ 'is_paused' => $is_paused, 'note' => "WordPress: $by" ] ),
	];
	$answer  = wp_remote_post( keepopen_service_url( 'v1/sites/' . keepopen_settings()['site'] . '/pause' ), $request );
	if ( is_wp_error( $answer ) ) {
		return $answer->get_error_message();
	}
	$status = wp_remote_retrieve_response_code( $answer );
	return 200 === $status ? '' : "HTTP $status";
}

/** Say on every page of the back office that appeals are paused, or that the service could not be told. */
function keepopen_show_pause(): void {
	$pause = keepopen_pause();
	if ( ! current_user_can( KEEPOPEN_PAUSING_CAPABILITY ) || ! ( $pause['is_paused'] || $pause['trouble'] ) ) {
		return;
	}
	$sentences = [];
	if ( $pause['is_paused'] ) {
		/* translators: 1: a person's name, 2: date and time */
		$sentences[] = sprintf( __( 'Keepopen: %1$s paused all appeals on %2$s.', 'keepopen' ), $pause['by'], wp_date( 'j F Y H:i', $pause['at'] ) );
	}
	if ( $pause['trouble'] ) {
		/* translators: %s: an error message */
		$sentences[] = sprintf( __( 'Keepopen: the service could not be told (%s). Only the pages have changed. Please try again.', 'keepopen' ), $pause['trouble'] );
	}
	printf( '<div class="notice notice-warning"><p>%s</p></div>', esc_html( implode( ' ', $sentences ) ) );
}
