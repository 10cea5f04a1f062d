<?php
/**
 * The panel "Keepopen" beside a post: in the block editor by panel.js, in the classic editor as a meta box.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_action( 'init', 'keepopen_register_marks', 20 ); // After other plugins have registered their post types.
add_action( 'enqueue_block_editor_assets', 'keepopen_load_panel' );
add_action( 'add_meta_boxes', 'keepopen_add_meta_box' );
add_action( 'save_post', 'keepopen_save_meta_box' );

/** Register the marks, so that the block editor can save them, and the reasons, so that it can show them. */
function keepopen_register_marks(): void {
	$may_edit = fn( $allowed, $key, $post_id ) => current_user_can( 'edit_post', $post_id );
	$shared   = [ 'single' => true, 'auth_callback' => $may_edit ];
	$types    = array_filter( keepopen_settings()['types'], 'post_type_exists' );
	foreach ( $types as $type ) {
		foreach ( array_keys( keepopen_marks() ) as $mark ) {
			register_post_meta( $type, "_keepopen_$mark", $shared + [ 'type' => 'boolean', 'default' => false, 'show_in_rest' => true ] );
		}
		$choices = [ 'schema' => [ 'enum' => array_keys( keepopen_accesses() ) ] ];
		register_post_meta( $type, '_keepopen_access', $shared + [ 'type' => 'string', 'default' => '', 'show_in_rest' => $choices ] );
	}
	$schema = [ 'type' => 'array', 'items' => [ 'type' => 'string' ], 'context' => [ 'edit' ], 'readonly' => true ];
	$reasons = fn( $prepared ) => keepopen_reasons( get_post( $prepared['id'] ) );
	register_rest_field( $types, 'keepopen_reasons', [ 'get_callback' => $reasons, 'schema' => $schema ] );
}

/** Whether the block editor can save the marks of this type. Without custom fields it cannot, and the meta box does. */
function keepopen_has_panel( string $type ): bool {
	return post_type_supports( $type, 'custom-fields' );
}

function keepopen_load_panel(): void {
	$type = get_current_screen()->post_type;
	if ( ! in_array( $type, keepopen_settings()['types'], true ) || ! keepopen_has_panel( $type ) ) {
		return;
	}
	$needs = [ 'wp-plugins', 'wp-edit-post', 'wp-element', 'wp-components', 'wp-data' ];
	wp_enqueue_script( 'keepopen-panel', plugins_url( 'panel.js', __FILE__ ), $needs, '0.1.0', true );
	$words = [
		'marks'    => keepopen_marks(),
		'effects'  => keepopen_mark_effects(),
		'accesses' => keepopen_accesses(),
		'access'   => __( 'Who may read it', 'keepopen' ),
		'reasons'  => __( 'In force now, as last saved:', 'keepopen' ),
	];
	wp_add_inline_script( 'keepopen-panel', 'window.keepopenPanel = ' . wp_json_encode( $words ), 'before' );
}

function keepopen_add_meta_box( string $type ): void {
	if ( in_array( $type, keepopen_settings()['types'], true ) ) {
		$only_classic = [ '__back_compat_meta_box' => keepopen_has_panel( $type ) ];
		add_meta_box( 'keepopen', 'Keepopen', 'keepopen_print_meta_box', $type, 'side', 'default', $only_classic );
	}
}

function keepopen_print_meta_box( WP_Post $post ): void {
	wp_nonce_field( 'keepopen_marks', 'keepopen_nonce' );
	foreach ( keepopen_marks() as $mark => $label ) {
		$checked = checked( (bool) get_post_meta( $post->ID, "_keepopen_$mark", true ), true, false );
		$effect  = keepopen_mark_effects()[ $mark ];
		printf( '<p><label><input type="checkbox" name="keepopen[%s]" value="1"%s> %s</label><br><span class="description">%s</span></p>', esc_attr( $mark ), $checked, esc_html( $label ), esc_html( $effect ) ); // phpcs:ignore WordPress.Security.EscapeOutput
	}
	printf( '<p><label>%s ', esc_html__( 'Who may read it', 'keepopen' ) );
	keepopen_print_select( 'keepopen[access]', keepopen_accesses(), (string) get_post_meta( $post->ID, '_keepopen_access', true ) );
	echo '</label></p>';
	foreach ( keepopen_reasons( $post ) as $reason ) {
		printf( '<p class="description">%s</p>', esc_html( $reason ) );
	}
}

/** Print a choice among options, which are labels by value. */
function keepopen_print_select( string $name, array $options, string $chosen ): void {
	printf( '<select name="%s" id="%s">', esc_attr( $name ), esc_attr( sanitize_key( $name ) ) );
	foreach ( $options as $value => $label ) {
		printf( '<option value="%s"%s>%s</option>', esc_attr( $value ), selected( (string) $value, $chosen, false ), esc_html( $label ) ); // phpcs:ignore WordPress.Security.EscapeOutput
	}
	echo '</select>';
}

function keepopen_save_meta_box( int $post_id ): void {
	$nonce = sanitize_text_field( wp_unslash( $_POST['keepopen_nonce'] ?? '' ) );
	if ( ! wp_verify_nonce( $nonce, 'keepopen_marks' ) || wp_is_post_autosave( $post_id ) || wp_is_post_revision( $post_id ) ) {
		return;
	}
	$given = array_map( 'sanitize_key', wp_unslash( (array) ( $_POST['keepopen'] ?? [] ) ) );
	keepopen_save_marks( $post_id, array_fill_keys( array_keys( keepopen_marks() ), '' ) + [ 'access' => '' ], $given );
}

/** Save marks of a post, if the person may edit it. What is not given gets its default. */
function keepopen_save_marks( int $post_id, array $defaults, array $given ): void {
	if ( ! current_user_can( 'edit_post', $post_id ) ) {
		return;
	}
	foreach ( array_intersect_key( $given + $defaults, $defaults ) as $mark => $value ) {
		$is_valid = 'access' !== $mark || array_key_exists( $value, keepopen_accesses() );
		if ( $is_valid && $value ) {
			update_post_meta( $post_id, "_keepopen_$mark", $value );
		} else {
			delete_post_meta( $post_id, "_keepopen_$mark" );
		}
	}
}
