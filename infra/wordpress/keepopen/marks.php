<?php
/**
 * Marks on a post: sensitive, paid for, no appeals, and who may read it. An editor sets them on the post, or the settings
 * set them for every post of a category or tag.
 *
 * @package keepopen
 */

defined( 'ABSPATH' ) || exit;

/** Return the marks that are on or off, with a label for each. */
function keepopen_marks(): array {
	return [
		'sensitive' => __( 'Sensitive: never ask here', 'keepopen' ),
		'paid'      => __( 'Paid for by an advertiser', 'keepopen' ),
		'quiet'     => __( 'No appeals', 'keepopen' ),
	];
}

/** Return what each mark does, in a sentence for editors. */
function keepopen_mark_effects(): array {
	return [
		'sensitive' => __( 'No appeal and no gate: everybody may read it.', 'keepopen' ),
		'paid'      => __( 'No appeal and no gate, and it does not count as an article read.', 'keepopen' ),
		'quiet'     => __( 'No appeal and no gate, for any other reason.', 'keepopen' ),
	];
}

/** Return who may read a post, with a label for each. The empty value leaves it to the category's rule, then to the service. */
function keepopen_accesses(): array {
	return [
		''        => __( 'As its category says', 'keepopen' ),
		'free'    => __( 'Free', 'keepopen' ),
		'metered' => __( 'Metered', 'keepopen' ),
		'locked'  => __( 'Locked', 'keepopen' ),
		'gift'    => __( 'Gift link', 'keepopen' ),
	];
}

/** Return the marks of a post, each with the reason: [ 'sensitive' => 'Obituaries', 'free' => 'chosen for this post' ]. */
function keepopen_marks_of( WP_Post $post ): array {
	$marks  = keepopen_marks_of_terms( keepopen_terms( $post ) );
	$chosen = __( 'chosen for this post', 'keepopen' );
	foreach ( array_keys( keepopen_marks() ) as $mark ) {
		if ( get_post_meta( $post->ID, "_keepopen_$mark", true ) ) {
			$marks[ $mark ] = $chosen;
		}
	}
	$access = get_post_meta( $post->ID, '_keepopen_access', true );
	if ( $access && array_key_exists( $access, keepopen_accesses() ) ) {
		$marks            = array_diff_key( $marks, keepopen_accesses() );
		$marks[ $access ] = $chosen;
	}
	return $marks;
}

/** Return the marks that the settings give to these terms, each with the name of the term. */
function keepopen_marks_of_terms( array $terms ): array {
	$marks = [];
	foreach ( keepopen_settings()['rules'] as $mark => $names ) {
		$slugs = array_map( 'sanitize_title', explode( ',', $names ) );
		foreach ( $terms as $term ) {
			if ( array_intersect( [ $term->slug, sanitize_title( $term->name ) ], array_filter( $slugs ) ) ) {
				$marks[ $mark ] = $term->name;
				break;
			}
		}
	}
	if ( isset( $marks['locked'] ) ) {
		unset( $marks['free'] ); // Of two rules about access the stricter one holds.
	}
	return $marks;
}

/** Return the names in a rule that no category or tag has. */
function keepopen_unknown_names( string $names ): array {
	$is_unknown = fn( $name ) => '' !== $name && ! get_terms( [ 'slug' => sanitize_title( $name ), 'hide_empty' => false ] ) && ! get_terms( [ 'name' => $name, 'hide_empty' => false ] );
	return array_values( array_filter( array_map( 'trim', explode( ',', $names ) ), $is_unknown ) );
}

/** Return who may read what has these marks, or an empty text if none of them says so. */
function keepopen_access( array $marks ): string {
	return (string) key( array_intersect_key( $marks, keepopen_accesses() ) );
}

/** Return a sentence for each mark of a post: "Sensitive: never ask here (Obituaries)". */
function keepopen_reasons( WP_Post $post ): array {
	$labels    = keepopen_marks() + keepopen_accesses();
	$sentences = [];
	foreach ( keepopen_marks_of( $post ) as $mark => $reason ) {
		$sentences[] = "$labels[$mark] ($reason)";
	}
	return $sentences;
}
