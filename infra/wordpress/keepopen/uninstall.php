<?php
/**
 * Delete everything the plugin has saved: settings, key, pause, marks on posts, and editors' choice of view.
 *
 * @package keepopen
 */

defined( 'WP_UNINSTALL_PLUGIN' ) || exit;

foreach ( [ 'keepopen', 'keepopen_key', 'keepopen_pause' ] as $keepopen_option ) {
	delete_option( $keepopen_option );
}
foreach ( [ 'sensitive', 'paid', 'quiet', 'access' ] as $keepopen_mark ) {
	delete_post_meta_by_key( "_keepopen_$keepopen_mark" );
}
delete_metadata( 'user', 0, 'keepopen_sees_as_reader', '', true );
