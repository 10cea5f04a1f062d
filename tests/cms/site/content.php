<?php
// The publication that the tests read: users, categories, pages and posts. Returns their ids and addresses by name.
foreach ( [ 'editor', 'author', 'subscriber' ] as $role ) {
	wp_insert_user( [ 'user_login' => $role, 'user_pass' => "$role-password", 'user_email' => "$role@tide.example", 'role' => $role ] );
}
$author = get_user_by( 'login', 'author' )->ID;

$category = function ( $name, $parent = 0 ) {
	return wp_insert_term( $name, 'category', [ 'parent' => $parent ] )['term_id'];
};
$news       = $category( 'News' );
$politics   = $category( 'Politics' );
$council    = $category( 'Council', $politics );
$obituaries = $category( 'Obituaries' );
wp_insert_term( 'O\'Brien, Mary', 'post_tag' );

$text = '';
foreach ( range( 1, 24 ) as $number ) {
	$text .= "<!-- wp:paragraph --><p id=\"p$number\">" . str_repeat( 'The tide turned, and nobody said a word about it. ', 5 ) . "</p><!-- /wp:paragraph -->\n";
}
$ids  = [];
$post = function ( $name, $categories = [], $more = [] ) use ( &$ids, $text, $author ) {
	$given        = $more + [ 'post_title' => ucfirst( $name ), 'post_name' => $name, 'post_content' => $text, 'post_status' => 'publish', 'post_author' => $author, 'post_category' => $categories ];
	$ids[ $name ] = wp_insert_post( $given, true );
	return $ids[ $name ];
};

$post( 'buses', [ $news ] );
wp_set_object_terms( $post( 'wall', [ $council, $news ] ), [ 'Quarry', 'O\'Brien, Mary' ], 'post_tag' );
update_post_meta( $post( 'budget', [ $council, $politics ] ), 'rank_math_primary_category', (string) $politics );
update_post_meta( $post( 'harbour', [ $council, $news ] ), '_yoast_wpseo_primary_category', (string) $news );
$post( 'death', [ $obituaries ] );
$post( 'kitchen', [ $news ] );
$post( 'secret', [ $news ], [ 'post_password' => 'open sesame' ] );
$post( 'long', [ $news ], [ 'post_content' => "$text<!-- wp:nextpage --><!--nextpage--><!-- /wp:nextpage -->$text" ] );
$post( 'block', [ $news ], [ 'post_content' => "<!-- wp:paragraph --><p>First.</p><!-- /wp:paragraph --><!-- wp:keepopen/appeal /-->$text" ] );
$post( 'shortcode', [ $news ], [ 'post_content' => "<p>First.</p>\n\n[keepopen placement=\"article_end\"]\n\n$text" ] );
$post( 'draft', [ $news ], [ 'post_status' => 'draft' ] );
wp_set_object_terms( $post( 'review', [], [ 'post_type' => 'review' ] ), [ 'Theatre' ], 'genre' );
foreach ( range( 1, 5 ) as $number ) {
	wp_insert_comment( [ 'comment_post_ID' => $ids['buses'], 'comment_author' => "Reader $number", 'comment_content' => 'I was on that bus.', 'comment_approved' => 1 ] );
}

foreach ( [ 'about', 'contact', 'privacy', 'support', 'sign-in', 'archive' ] as $name ) {
	$post( $name, [], [ 'post_type' => 'page' ] );
}
update_option( 'wp_page_for_privacy_policy', $ids['privacy'] );

file_put_contents( wp_upload_dir()['path'] . '/dot.gif', base64_decode( 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7' ) );
$ids['picture'] = wp_insert_attachment( [ 'post_title' => 'Picture', 'post_mime_type' => 'image/gif', 'post_name' => 'picture' ], wp_upload_dir()['path'] . '/dot.gif', $ids['buses'] );

keepopen_register_settings();
update_post_meta( $ids['kitchen'], '_keepopen_paid', '1' );
flush_rewrite_rules();

$addresses = array_map( 'get_permalink', $ids );
$addresses += [
	'front'         => home_url( '/' ),
	'front 2'       => home_url( '/page/2/' ),
	'category'      => get_category_link( $politics ),
	'mourning'      => get_category_link( $obituaries ),
	'tag'           => get_term_link( 'quarry', 'post_tag' ),
	'author'        => get_author_posts_url( $author ),
	'date'          => get_year_link( (int) gmdate( 'Y' ) ),
	'search'        => home_url( '/?s=tide' ),
	'nowhere'       => home_url( '/news/nowhere/' ),
	'reviews'       => get_post_type_archive_link( 'review' ),
	'feed'          => home_url( '/feed/' ),
	'long 2'        => get_permalink( $ids['long'] ) . '2/',
	'buses comments' => get_permalink( $ids['buses'] ) . 'comment-page-2/',
	'preview'       => add_query_arg( [ 'p' => $ids['draft'], 'preview' => 'true' ], home_url( '/' ) ),
];
return [ 'ids' => $ids, 'addresses' => $addresses ];
