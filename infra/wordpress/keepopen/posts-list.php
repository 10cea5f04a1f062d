<?php
/**
 * The list of posts: a column with each post's marks and their reasons, and the marks in bulk edit.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_init', 'keepopen_add_columns' );
add_action( 'bulk_edit_custom_box', 'keepopen_print_bulk_box', 10, 2 );
add_action( 'save_post', 'keepopen_save_bulk_edit' );

function keepopen_add_columns(): void {
	foreach ( keepopen_settings()['types'] as $type ) {
		add_filter( "manage_{$type}_posts_columns", fn( $columns ) => $columns + [ 'keepopen' => 'Keepopen' ] );
		add_action( "manage_{$type}_posts_custom_column", 'keepopen_print_column', 10, 2 );
	}
}

function keepopen_print_column( string $column, int $post_id ): void {
	if ( 'keepopen' === $column ) {
		echo implode( '<br>', array_map( 'esc_html', keepopen_reasons( get_post( $post_id ) ) ) ); // phpcs:ignore WordPress.Security.EscapeOutput
	}
}

function keepopen_print_bulk_box( string $column, string $type ): void {
	if ( 'keepopen' !== $column ) {
		return;
	}
	$unchanged = [ 'unchanged' => __( '— No change —', 'keepopen' ) ];
	$yes_or_no = $unchanged + [ '1' => __( 'Yes', 'keepopen' ), '' => __( 'No', 'keepopen' ) ];
	echo '<fieldset class="inline-edit-col-right"><div class="inline-edit-col"><p style="clear:both"><strong>Keepopen</strong></p>';
	foreach ( keepopen_marks() + [ 'access' => __( 'Who may read it', 'keepopen' ) ] as $mark => $label ) {
		printf( '<label class="alignleft" style="clear:both">%s ', esc_html( $label ) );
		keepopen_print_select( "keepopen_bulk[$mark]", 'access' === $mark ? $unchanged + keepopen_accesses() : $yes_or_no, 'unchanged' );
		echo '</label>';
	}
	echo '</div></fieldset>';
}

/** Save what bulk edit changes. WordPress sends it in the address, with the list's own nonce. */
function keepopen_save_bulk_edit( int $post_id ): void {
	$nonce = sanitize_text_field( wp_unslash( $_GET['_wpnonce'] ?? '' ) );
	if ( ! isset( $_GET['bulk_edit'], $_GET['keepopen_bulk'] ) || ! wp_verify_nonce( $nonce, 'bulk-posts' ) ) {
		return;
	}
	$given   = array_map( 'sanitize_key', wp_unslash( (array) $_GET['keepopen_bulk'] ) );
	$changed = array_filter( $given, fn( $value ) => 'unchanged' !== $value );
	$known   = keepopen_marks() + [ 'access' => '' ];
	keepopen_save_marks( $post_id, array_intersect_key( $known, $changed ), $changed );
}
