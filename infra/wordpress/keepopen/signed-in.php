<?php
/**
 * The signed assertion that tells the service who is signed in: a JWT (RFC 7519) signed with Ed25519, because the service keeps
 * public keys only. WordPress ships libsodium's functions, so no extension is needed.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

const KEEPOPEN_ASSERTION_SECONDS = HOUR_IN_SECONDS;
// The DER header of an Ed25519 public key: https://www.rfc-editor.org/rfc/rfc8410#section-10.1
const KEEPOPEN_ED25519_HEADER = "\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00";

/** Return the assertion about the reader who is signed in, or an empty text if nobody is, or if the settings say no. */
function keepopen_reader_assertion(): string {
	if ( ! keepopen_settings()['vouches'] || ! is_user_logged_in() || keepopen_is_editor() ) {
		return '';
	}
	$header = [ 'alg' => 'Ed25519', 'typ' => 'JWT', 'kid' => keepopen_key_id() ];
	$claims = [
		'iss' => keepopen_audience(),
		'aud' => keepopen_audience(),
		'sub' => (string) get_current_user_id(),
		'iat' => time(),
		'exp' => time() + KEEPOPEN_ASSERTION_SECONDS,
	];
	$signed = keepopen_base64url( wp_json_encode( $header ) ) . '.' . keepopen_base64url( wp_json_encode( $claims ) );
	return $signed . '.' . keepopen_base64url( sodium_crypto_sign_detached( $signed, sodium_crypto_sign_secretkey( keepopen_key_pair() ) ) );
}

/** Return the lines that the site's document needs, so that the service believes this WordPress. */
function keepopen_site_document_lines(): string {
	$der = KEEPOPEN_ED25519_HEADER . sodium_crypto_sign_publickey( keepopen_key_pair() );
	return "reader_assertion:\n"
		. '  audience: ' . keepopen_audience() . "\n"
		. '  issuer: ' . keepopen_audience() . "\n"
		. "  keys:\n"
		. '    - key_id: ' . keepopen_key_id() . "\n"
		. "      algorithm: EdDSA\n"
		. "      public_key: |\n"
		. "        -----BEGIN PUBLIC KEY-----\n"
		. '        ' . base64_encode( $der ) . "\n" // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions -- PEM is base64.
		. "        -----END PUBLIC KEY-----\n";
}

function keepopen_audience(): string {
	return home_url( '/' );
}

/** Return a name for the key that changes with it. */
function keepopen_key_id(): string {
	return 'wordpress-' . substr( hash( 'sha256', sodium_crypto_sign_publickey( keepopen_key_pair() ) ), 0, 12 );
}

/** Return this WordPress's own key pair. It is made once and never leaves the database. */
function keepopen_key_pair(): string {
	$stored = get_option( 'keepopen_key' );
	if ( ! $stored ) {
		$stored = bin2hex( sodium_crypto_sign_keypair() );
		add_option( 'keepopen_key', $stored, '', 'no' );
	}
	return hex2bin( $stored );
}

function keepopen_base64url( string $bytes ): string {
	return rtrim( strtr( base64_encode( $bytes ), '+/', '-_' ), '=' ); // phpcs:ignore WordPress.PHP.DiscouragedPHPFunctions
}
