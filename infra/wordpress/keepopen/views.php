<?php
/**
 * Whose view a page is: a reader's, who may be counted and asked, or an editor's, a preview's or a machine's, who may not.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

/** Whether the plugin may write into this page: an ordinary page, seen by a reader. */
function keepopen_is_readers_view(): bool {
	return keepopen_is_configured() && keepopen_is_ordinary_page() && ( ! keepopen_is_editor() || keepopen_sees_as_reader() );
}

/** Whether this is a page for people, not a feed, an answer to a program, a preview or a page inside an editor. */
function keepopen_is_ordinary_page(): bool {
	$is_rest = defined( 'REST_REQUEST' ) && REST_REQUEST;
	$is_amp  = function_exists( 'amp_is_request' ) && did_action( 'wp' ) && amp_is_request();
	return ! ( $is_rest || $is_amp || is_admin() || is_feed() || is_embed() || is_preview() || is_customize_preview() || wp_doing_ajax() );
}

/** Whether the person signed in writes for the publication. Their own views would distort the counts. */
function keepopen_is_editor(): bool {
	return current_user_can( 'edit_posts' );
}

/** Whether an editor has chosen to see pages as a reader does. */
function keepopen_sees_as_reader(): bool {
	return (bool) get_user_meta( get_current_user_id(), 'keepopen_sees_as_reader', true );
}
