/** What decisions, attempts and cases name this way of proving who somebody is. */
export const method = 'photo-id-face-scan';
