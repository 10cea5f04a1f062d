<?php
// The configuration of the WordPress that the tests run; tests/cms/wordpress.py fills in what stands between @ signs.
define( 'DB_NAME', 'cms' );
define( 'DB_USER', 'root' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', 'localhost:@SOCKET@' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
foreach ( [ 'AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE' ] as $name ) {
	define( "{$name}_KEY", "a key of the tests for $name" );
	define( "{$name}_SALT", "a salt of the tests for $name" );
}
define( 'WP_HOME', '@URL@' );
define( 'WP_SITEURL', '@URL@' );
define( 'KEEPOPEN_TOKEN', '@TOKEN@' );
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true ); // Only this machine is asked for anything.
define( 'AUTOMATIC_UPDATER_DISABLED', true );
define( 'WP_DEBUG', true );
define( 'WP_DEBUG_LOG', true );
define( 'WP_DEBUG_DISPLAY', false );
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
