<?php
// Runs code inside WordPress for the tests: reads it as JSON from standard input and prints what it returns as JSON.
$question = json_decode( stream_get_contents( STDIN ), true );
$is_installing = false !== strpos( $question['code'], 'wp_install(' );
$is_installing && define( 'WP_INSTALLING', true );
$_SERVER['HTTP_HOST'] = '127.0.0.1';
$_SERVER['REQUEST_URI'] = '/';
require $argv[1] . '/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/admin.php';
error_reporting( E_ALL & ~E_DEPRECATED );
$answer = ( function ( $code, $values ) {
	extract( $values );
	return eval( preg_replace( '/^<\?php/', '', $code ) );
} )( $question['code'], $question['values'] );
echo "\x1e" . json_encode( $answer );
