<?php
/**
 * The page Settings → Keepopen.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

add_action( 'admin_menu', 'keepopen_add_settings_page' );
add_filter( 'plugin_action_links_' . plugin_basename( __DIR__ . '/keepopen.php' ), 'keepopen_add_settings_link' );

function keepopen_add_settings_page(): void {
	add_options_page( 'Keepopen', 'Keepopen', 'manage_options', 'keepopen', 'keepopen_print_settings_page' );
}

function keepopen_add_settings_link( array $links ): array {
	$link = sprintf( '<a href="%s">%s</a>', esc_url( admin_url( 'options-general.php?page=keepopen' ) ), esc_html__( 'Settings', 'keepopen' ) );
	return array_merge( [ $link ], $links );
}

function keepopen_print_settings_page(): void {
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	echo '<div class="wrap"><h1>Keepopen</h1><form method="post" action="options.php">';
	settings_fields( 'keepopen' );
	echo '<table class="form-table" role="presentation">';
	keepopen_print_fields( keepopen_settings() );
	echo '</table>';
	submit_button();
	echo '</form>';
	keepopen_print_check_section();
	echo '</div>';
}

function keepopen_print_fields( array $settings ): void {
	keepopen_print_text( 'service', __( 'Address of the service', 'keepopen' ), $settings['service'], 'https://support.news.example' );
	keepopen_print_text( 'site', __( 'Site key', 'keepopen' ), $settings['site'], __( 'The key of this publication in the service, such as courier', 'keepopen' ) );
	keepopen_print_checkboxes( 'places', __( 'Automatic places', 'keepopen' ), keepopen_placements(), $settings['places'] );
	keepopen_print_checkboxes( 'types', __( 'Articles are', 'keepopen' ), keepopen_post_types(), $settings['types'] );
	$print_consent = fn() => keepopen_print_select( 'keepopen[consent]', keepopen_consent_sources(), $settings['consent'] );
	keepopen_print_row( __( 'Consent', 'keepopen' ), $print_consent, '', 'keepopenconsent' );
	keepopen_print_text( 'gated', __( 'Hidden by a gate', 'keepopen' ), $settings['gated'], __( 'CSS selector of the article’s text', 'keepopen' ) );
	keepopen_print_text( 'keep_clear', __( 'Never covered by a banner', 'keepopen' ), $settings['keep_clear'], __( 'CSS selector', 'keepopen' ) );
	$pages = [
		'contact' => __( 'Contact page', 'keepopen' ),
		'sign_in' => __( 'Sign-in page', 'keepopen' ),
		'support' => __( 'Support page', 'keepopen' ),
	];
	foreach ( $pages as $name => $label ) {
		$choice = [ 'name' => "keepopen[$name]", 'id' => "keepopen-$name", 'selected' => $settings[ $name ], 'show_option_none' => '—', 'option_none_value' => 0 ];
		keepopen_print_row( $label, fn() => wp_dropdown_pages( array_map( 'esc_html', $choice ) ), __( 'Never gated, and nobody is asked there.', 'keepopen' ), "keepopen-$name" );
	}
	$labels = keepopen_marks() + keepopen_accesses();
	foreach ( $settings['rules'] as $mark => $names ) {
		$unknown     = implode( ', ', keepopen_unknown_names( $names ) );
		$description = __( 'Categories and tags, with commas between them', 'keepopen' );
		/* translators: %s: names of categories and tags */
		keepopen_print_text( "rules][$mark", $labels[ $mark ], $names, $unknown ? sprintf( __( 'No category or tag has this name: %s', 'keepopen' ), $unknown ) : $description );
	}
	keepopen_print_vouching( (bool) $settings['vouches'] );
}

/** Return the types of post that may be articles, with a label for each. */
function keepopen_post_types(): array {
	$types = wp_list_pluck( get_post_types( [ 'public' => true ], 'objects' ), 'label' );
	return array_diff_key( $types, [ 'attachment' => '' ] );
}

/** Print a row of the form. The label belongs to the control with this id, or to a group of controls if there is none. */
function keepopen_print_row( string $label, callable $print_control, string $description = '', string $id = '' ): void {
	printf( $id ? '<tr><th scope="row"><label for="%2$s">%1$s</label></th><td>' : '<tr><th scope="row">%1$s</th><td>', esc_html( $label ), esc_attr( $id ) );
	$print_control();
	printf( '<p class="description">%s</p></td></tr>', esc_html( $description ) );
}

function keepopen_print_text( string $name, string $label, string $value, string $description = '' ): void {
	$id      = 'keepopen-' . sanitize_key( $name );
	$control = '<input class="regular-text" id="%s" name="keepopen[%s]" value="%s">';
	keepopen_print_row( $label, fn() => printf( $control, esc_attr( $id ), esc_attr( $name ), esc_attr( $value ) ), $description, $id ); // phpcs:ignore WordPress.Security.EscapeOutput
}

function keepopen_print_checkboxes( string $name, string $label, array $options, array $chosen ): void {
	$print = function () use ( $name, $options, $chosen ) {
		printf( '<input type="hidden" name="keepopen[%s][]" value="">', esc_attr( $name ) ); // Sent even if no box is ticked.
		foreach ( $options as $value => $words ) {
			$checked = checked( in_array( $value, $chosen, true ), true, false );
			printf( '<label><input type="checkbox" name="keepopen[%s][]" value="%s"%s> %s</label><br>', esc_attr( $name ), esc_attr( $value ), $checked, esc_html( $words ) ); // phpcs:ignore WordPress.Security.EscapeOutput
		}
	};
	keepopen_print_row( $label, $print );
}

function keepopen_print_vouching( bool $vouches ): void {
	$print = function () use ( $vouches ) {
		$words = esc_html__( 'Tell the service who is signed in, so that a reader’s history is the same on all devices', 'keepopen' );
		printf( '<label><input type="checkbox" name="keepopen[vouches]" value="1"%s> %s</label>', checked( $vouches, true, false ), $words ); // phpcs:ignore WordPress.Security.EscapeOutput
		if ( $vouches ) {
			printf( '<p>%s</p><pre>%s</pre>', esc_html__( 'Add these lines to the site’s document in the service:', 'keepopen' ), esc_html( keepopen_site_document_lines() ) );
		}
	};
	keepopen_print_row( __( 'Signed-in readers', 'keepopen' ), $print );
}

/** Print the button "Check now", and what the check found if it was pressed. */
function keepopen_print_check_section(): void {
	if ( ! keepopen_is_configured() ) {
		return;
	}
	$address = wp_nonce_url( admin_url( 'options-general.php?page=keepopen&check=1' ), 'keepopen_check' );
	printf( '<h2>%s</h2><p><a class="button" href="%s">%s</a></p>', esc_html__( 'Check the installation', 'keepopen' ), esc_url( $address ), esc_html__( 'Check now', 'keepopen' ) );
	if ( isset( $_GET['check'] ) && check_admin_referer( 'keepopen_check' ) ) {
		keepopen_print_check();
	}
}
